"""The executive PDF: two or three pages that say where the month stands."""
