"""Layers and models as pictures: they are called, and what they compute is drawn, a frame around each layer inside.

A layer is whatever has ``built``, ``input_shape``, ``dtype``, ``autocast`` and ``label()``, and is called on Tensors.
"""

import weakref

import numpy as np

from ..core.modes import enable_grad
from ..core.tensor import Tensor
from ..errors import NotReadyError
from ..graph.scopes import layer_scopes
from ..pytree import map_leaves
from .scene import Scene, check_options


def layer_picture(layer, x, loss=None, *, backward="none", names=None, direction="TB", **how):
    """Return a Picture of ``layer`` called on ``x``, Tensors, and of ``loss(layer, output)`` unless that is None.

    loss: returns the loss and what else is to be called by name: ``(loss, {"y": y})``
    """
    check_options(backward=backward, direction=direction, color=how.get("color"), depth=how.get("depth"))
    layer_ref = weakref.ref(layer)

    def play_again(more):
        living = layer_ref()
        return None if living is None else layer_scene(living, x, loss, more).player_arguments()

    scene = layer_scene(layer, x, loss, names, direction=direction or "TB", **how)
    return scene.picture(backward).plays(play_again)


def layer_scene(layer, x, loss, names, **how):
    """Return the Scene of a call of ``layer``."""
    inputs: list[Tensor] = []
    x = as_leaves(x, inputs)
    with enable_grad(), layer_scopes() as scopes:
        root = layer(x)
        given = {"output": root}
        if loss is not None:
            root, given = loss(layer, root)
            given["loss"] = root
    inside = [scope for scope in scopes if scope[2] is not layer]
    return Scene(root, {**(names or {}), **given}, inside, inputs, **how)


def as_leaves(x, found):
    """Return Tensors as leaves that gradients flow to, so that what is computed from them is drawn; note them."""

    def leaf(x):
        name = x.name or (f"x{len(found)}" if found else "x")
        found.append(Tensor(x.data, x.dtype.kind == "f", name=name))
        return found[-1]

    return map_leaves(leaf, x)


def sample_for(layer):
    """Return a batch of one sample of zeros for a built layer."""
    if not layer.built or not layer.input_shape:
        raise NotReadyError(
            f"draw: {layer.label()} was never built, so the shape of its input is not known; give it data: "
            ".draw(x), or build it first: .build((None, 10))"
        )
    return np.zeros([1 if n is None else n for n in layer.input_shape], layer.dtype if layer.autocast else "int64")
