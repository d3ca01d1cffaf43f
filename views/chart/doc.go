// Package chart draws the charts of Driftwatch as SVG on the server.
//
// Every chart is a figure: a title, a line that says how to read it, the plot,
// a key, and the numbers behind it as a table that opens on demand. The plot
// is an <svg role="img"> whose label states the finding.
//
// Charts are fluid without a script: the outer <svg> is the plot itself, its
// height in pixels and its x positions in percent, so that text and circles
// never scale; lines and areas lie in a nested <svg viewBox="0 0 1000 h"
// preserveAspectRatio="none">. All colour and type comes from classes (see
// static/css/evidence.css); there is no style attribute, which the content
// security policy would refuse.
//
// What is unknown is a gap: a nil value, and likewise one that is not finite,
// breaks the line and is never drawn as zero. Days without outcomes are shaded
// and named. Inputs are plain structs that hold what is drawn and nothing else;
// drawing neither fails nor changes them.
package chart
