// Package chart draws the charts of Driftwatch on the server.
//
// A [Chart] is a plain struct that holds what is drawn and nothing else. It
// draws itself in a language as a [Drawing]: a title, a line that says how to
// read it, the plots, a key and the numbers behind it as a table. From that one
// drawing come the figure of a page ([Show]), and as files the table as CSV, the
// drawing as an SVG document that stands alone and as a PNG picture ([Write]);
// so they cannot say different things. Text is in the reader's language; CSV and
// attributes hold machine numbers.
//
// A plot is a scene: lines, boxes, circles, paths and texts, x as a fraction of
// its width and y in pixels. On a page it is fluid without a script: the outer
// <svg role="img"> is the plot itself, labelled with the finding, its x
// positions in percent, so that text and circles never scale; paths lie in a
// nested <svg viewBox="0 0 1000 h" preserveAspectRatio="none">. All colour and
// type comes from classes (static/css/evidence.css); there is no style
// attribute, which the content security policy would refuse. In a file the same
// classes become attributes (paints), always those of the light theme.
//
// Rows of the table carry where they are drawn (data-x), which is what the
// crosshair of static/js/chart.js reads. Where scripts are off the values come
// up as titles under the pointer.
//
// What is unknown is a gap: a nil value, and likewise one that is not finite,
// breaks the line and is never drawn as zero. Days that could not be judged are
// shaded and named. Where there is nothing to draw the figure says why.
package chart
