"""The palette of what the notifier makes, light and dark: the same as the dashboard's style.css."""

INK = "#1b1e23"
LIGHT = {
    "ground": "#f7f7f4",
    "panel": "#ffffff",
    "ink": INK,
    "muted": "#5a626e",
    "line": "#e3e3dc",
    "rule": "#b9bbb4",
    "accent": "#0f5fa8",
    "actual": "#2f4b6b",
    "estimate": "#b9cadb",
    "day": "#97a5b5",
    "budget": "#b4530a",
    "red": "#b3261e",
    "yellow": "#8a5a00",
    "green": "#1a7338",
    "grey": "#5a626e",
    "red-wash": "#fbeceb",
    "yellow-wash": "#fbf2dc",
    "green-wash": "#e9f4ec",
    "grey-wash": "#eeeeea",
}
DARK = {
    "ground": "#101419",
    "panel": "#171c22",
    "ink": "#e9ecf0",
    "muted": "#a0abb9",
    "line": "#2a313a",
    "rule": "#4a545f",
    "accent": "#8fc1f5",
    "actual": "#86b3e2",
    "estimate": "#34495f",
    "day": "#4b657f",
    "budget": "#f0a35e",
    "red": "#ff938a",
    "yellow": "#f0c252",
    "green": "#74d191",
    "grey": "#a0abb9",
    "red-wash": "#351a19",
    "yellow-wash": "#33290f",
    "green-wash": "#14291b",
    "grey-wash": "#20262d",
}
NONE = "\N{EN DASH}"
"""Stands where there is no amount."""
SHAPES = {"red": "■", "yellow": "▲", "green": "●", "grey": "○"}
"""A light is a shape and a word as well as a colour."""
