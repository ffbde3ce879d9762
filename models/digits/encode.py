"""Turns 8x8 digit images into spikes, the same way every time.

A pixel of grey value p (0..16) sends exactly p spikes, evenly spaced over the
presentation: it spikes in tick t when floor((p*(t+1) + T/2) / T) exceeds
floor((p*t + T/2) / T), T being the number of ticks. Integer arithmetic only,
so training, test and any other program see the same raster.
"""

import numpy as np

TICKS = 32
PIXELS = 64
GREY_MAX = 16


def encode(images, ticks=TICKS):
    """images: (samples, 64) grey values 0..16 -> (samples, ticks, 64) uint8."""
    grey = np.asarray(images)
    if grey.ndim != 2 or grey.shape[1] != PIXELS:
        raise ValueError(f"expected (samples, {PIXELS}), got {grey.shape}")
    if ticks < GREY_MAX:
        raise ValueError(f"{ticks} ticks cannot hold {GREY_MAX} spikes")
    whole = grey.astype(np.int64)
    if np.any(whole != grey) or whole.min() < 0 or whole.max() > GREY_MAX:
        raise ValueError(f"grey values must be whole numbers 0..{GREY_MAX}")
    edges = np.arange(ticks + 1, dtype=np.int64)
    steps = (whole[:, None, :] * edges[None, :, None] + ticks // 2) // ticks
    return np.diff(steps, axis=1).astype(np.uint8)
