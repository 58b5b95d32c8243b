"""One result, three faces: HTML, Excel, PDF; Chinese and English."""
