"""An invented site with known causes, written as the raw exports of the field."""

from caringmon.demo.workspace import DemoSummary, write_inbox

__all__ = ["DemoSummary", "write_inbox"]
