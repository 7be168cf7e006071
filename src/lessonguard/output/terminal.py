"""Write styled text for a terminal, or plain text where colour is not wanted."""

from __future__ import annotations

from enum import Enum

from lessonguard.record import record


class Style(Enum):
    """The styles in use: among eight colours, those that read well on dark and light grounds."""

    BOLD = "1"
    DIM = "2"
    RED = "31"
    GREEN = "32"
    MAGENTA = "35"


@record
class Pen:
    """Write with or without colour, on lines of `width` columns."""

    colour: bool
    width: int

    def write(self, text: str, *styles: Style) -> str:
        """Style text, which must be printable; empty text stays empty."""
        if not (self.colour and styles and text):
            return text
        return f"\x1b[{';'.join(style.value for style in styles)}m{text}\x1b[0m"

    def bold(self, text: str) -> str:
        """Write what the eye should find first."""
        return self.write(text, Style.BOLD)

    def dim(self, text: str) -> str:
        """Write what is there when it is looked for."""
        return self.write(text, Style.DIM)
