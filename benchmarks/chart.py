"""A bar chart of ratios: how many times as long as ours each contestant takes, a panel per workload."""

from statistics import median

SHOWN = ("tensorgrad eager", "hand NumPy", "PyTorch eager", "JAX jit", "HIPS autograd", "MyGrad")
OURS, OTHERS = "#0072B2", "#BBBBBB"  # Okabe and Ito's blue, and a grey


def save(results, ours, path):
    """Draw ``{workload: {contestant: seconds}}`` and write it to ``path``."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(results), figsize=(3.4 * len(results), 2.6), squeeze=False, sharey=True)
    for panel, (workload, figures) in zip(panels[0], results.items(), strict=True):
        base = median(figures[ours])
        names = [ours, *(name for name in SHOWN if name in figures)]
        ratios = [median(figures[name]) / base for name in names]
        bars = panel.barh(names, ratios, color=[OURS] + [OTHERS] * (len(names) - 1))
        panel.bar_label(bars, [f"{r:.2f}" for r in ratios], padding=3, fontsize=8)
        panel.axvline(1, color="#333333", linewidth=0.8)
        panel.set_title(f"{workload}\n{1e6 * base:.0f} µs", fontsize=9)
        panel.set_xlim(0, 1.25 * max(ratios))
        panel.tick_params(labelsize=8)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0][0].invert_yaxis()
    figure.suptitle("time of a training step ÷ ours (longer is slower)", fontsize=10)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)
