"""Samples for tensorgrad/ops/bessel.py."""

from . import Sample, unary

NEAR_AND_FAR = [-40.0, -30.5, -2.0, 0.0, 1e-2, 0.7, 12.0, 29.5, 55.0]

SAMPLES = {
    "i0": unary([-9.0, 0.0, 1e-5, 4.0]),
    "i1": unary([-9.0, 0.0, 1e-5, 4.0]),
    "i0e": unary([x for x in NEAR_AND_FAR if abs(x) > 0.1]),  # at 0, e⁻|ˣ| has a kink
    "i1e": unary([x for x in NEAR_AND_FAR if abs(x) > 0.1]),
    "spherical_jn": [
        *unary([-7.0, 0.0, 1e-4, 0.9, 1.1, 25.0]),
        *[Sample(([-7.0, -1.0, 0.0, 1e-4, 2.0, 3.1, 25.0],), {"n": n}) for n in (1, 2, 5)],
    ],
    "sinc": unary([0.0, 1e-4, 1.0, -2.5]),
}
