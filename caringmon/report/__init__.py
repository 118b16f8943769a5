"""Findings → what people read: page, workbook, chat text, index. No statistics here, and no clock."""
