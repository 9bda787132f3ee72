"""Text as printed in Taiwanese documents: clean forms with offset maps, numerals, years, outlines."""
