"""The login QR code on the terminal; its address appears nowhere else."""

from __future__ import annotations

import sys

import segno


def show_code(address: str) -> None:
    print("请用手机微信扫码登录：", file=sys.stderr)
    segno.make(address, error="l").terminal(out=sys.stderr, compact=True)
