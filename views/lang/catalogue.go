package lang

import "maps"

// catalogue are all translations. English has none: it is what the texts are written in.
var catalogue = map[Lang]entries{
	German: joined(
		deAdmin, deAlert, deBoard, deChart, deError, deEvidence, deFind, deHelp, deReport, deScript, deLogin, deModel, deOperations,
		deRetrain, deReview, deSetting, deShell, deStart, deTeam, deUnit, deWall, deWork,
	),
}

// joined puts the areas together. A text of two areas has one translation: the test refuses others.
func joined(areas ...entries) entries {
	all := entries{}
	for _, a := range areas {
		maps.Copy(all, a)
	}
	return all
}
