// Crosshair of the charts.
