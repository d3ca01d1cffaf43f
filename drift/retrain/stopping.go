package retrain

import "errors"

// ErrStopping is the cause with which a stopping server cancels its trainings. Work elsewhere then
// goes on, to be found again at the next start; any other cause ends it for good.
var ErrStopping = errors.New("the server is stopping")
