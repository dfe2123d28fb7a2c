"""Charts as SVG, drawn by Vega-Lite: their colours are those of the page they stand in."""
