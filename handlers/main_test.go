package handlers_test

import (
	"testing"

	"github.com/driftwatch/driftwatch/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
