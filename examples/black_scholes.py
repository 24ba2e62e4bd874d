"""Greeks of a call option to the third order: gradients of gradients of its price, beside the closed forms.

Run it from anywhere: ``python examples/black_scholes.py`` writes ``black_scholes.png``.
"""

import numpy as np
from matplotlib import pyplot as plt

import tensorgrad as tg

STRIKE, RATE, YEARS = 100.0, 0.03, 0.5


def d1_d2(spot, vol):
    d1 = (np.log(spot / STRIKE) + (RATE + vol**2 / 2) * YEARS) / (vol * np.sqrt(YEARS))
    return d1, d1 - vol * np.sqrt(YEARS)


def price(spot, vol):
    """Return the price of the right to buy at STRIKE in YEARS."""
    d1, d2 = d1_d2(spot, vol)
    return spot * tg.special.ndtr(d1) - STRIKE * np.exp(-RATE * YEARS) * tg.special.ndtr(d2)


def closed_forms(spot, vol):
    (d1, d2), s = d1_d2(spot, vol), vol * np.sqrt(YEARS)
    density = np.exp(-(d1**2) / 2) / np.sqrt(2 * np.pi)
    gamma, vega = density / (spot * s), spot * density * np.sqrt(YEARS)
    return {
        "delta ∂V/∂S": tg.special.ndtr(d1),
        "vega ∂V/∂σ": vega,
        "gamma ∂²V/∂S²": gamma,
        "vanna ∂²V/∂S∂σ": -density * d2 / vol,
        "vomma ∂²V/∂σ²": vega * d1 * d2 / vol,
        "speed ∂³V/∂S³": -gamma / spot * (d1 / s + 1),
        "zomma ∂³V/∂S²∂σ": gamma * (d1 * d2 - 1) / vol,
        "ultima ∂³V/∂σ³": -vega / vol**2 * (d1 * d2 * (1 - d1 * d2) + d1**2 + d2**2),
    }


delta, vega = tg.grad(price, argnums=0), tg.grad(price, argnums=1)
gamma, vanna, vomma = tg.grad(delta, argnums=0), tg.grad(delta, argnums=1), tg.grad(vega, argnums=1)
speed, zomma, ultima = tg.grad(gamma, argnums=0), tg.grad(gamma, argnums=1), tg.grad(vomma, argnums=1)

spot, vol = np.linspace(60, 150, 200), 0.25
plt.switch_backend("Agg")
figure, axes = plt.subplots(2, 4, figsize=(13, 5.5), layout="constrained", sharex=True)
greeks = (delta, vega, gamma, vanna, vomma, speed, zomma, ultima)
for ax, greek, (name, closed) in zip(axes.flat, greeks, closed_forms(spot, vol).items(), strict=True):
    values = tg.vmap(greek, in_axes=(0, None))(spot, vol)  # at all spot prices at once
    error = np.max(np.abs(values - closed)) / np.max(np.abs(closed))
    print(f"{name:16} at the strike {greek(STRIKE, vol):10.6f}, agrees with its closed form to {error:.0e}")
    ax.plot(spot, values, label="tg.grad")
    ax.plot(spot[::12], closed[::12], "k.", label="closed form")
    ax.set(title=name)
axes[0, 0].legend()
figure.supxlabel("price S of the share; strike 100")
figure.savefig("black_scholes.png", dpi=120)
