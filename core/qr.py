"""Addresses as QR codes."""

from io import BytesIO

import segno


def qr_svg(url: str) -> str:
    """`url` as a QR code, for a page: SVG of its own, black on white with the quiet zone."""
    svg = BytesIO()
    segno.make_qr(url, error="m").save(svg, kind="svg", scale=4, light="white")
    return svg.getvalue().decode()


def qr_data(url: str) -> str:
    """`url` as a QR code, for an image of a page: a data: address."""
    return segno.make_qr(url, error="m").svg_data_uri(scale=4, light="white")


def qr_png(url: str) -> bytes:
    """`url` as a QR code, for a letter."""
    png = BytesIO()
    segno.make_qr(url, error="m").save(png, kind="png", scale=6)
    return png.getvalue()
