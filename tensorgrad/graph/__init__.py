"""How a Tensor was computed: recorded steps, gradients, origins, lines, scopes, and observers.

Nothing in here costs time until it is used.

- ``steps``: the ops on the way to a Tensor, as a list
- ``gradients``: the gradients that arrive at each of them
- ``observer``: what a thread computes, while it computes it
- ``code``: what a frame on the stack is: an op's call, a layer's, the user's code
- ``origins``: the op, the layer and the user's line of a frame
- ``scopes``: which calls of layers an op was recorded in
- ``lines``: each line of the user's code, as it runs
"""
