"""The paths from a Tensor to a loss in one run, and the places that cut them."""

from ..errors import printable_text

#: word -> what to do; all functions that give arrays share another answer
REMEDIES = {
    "no_grad": "compute what the loss needs outside of no_grad()",
    "Tensor(...)": "Tensor(...) takes values only: use the Tensor itself, and tg.stack to join several",
    "constant": "its derivative is zero everywhere: use a smooth function instead, such as sigmoid for a comparison",
    "no rule": "",
    "backward()": "backward(create_graph=True) records the gradients too, so that they have gradients",
    "a copy": "a copy is a leaf of its own: compute with the Tensor itself, or look at the copy's .grad",
}
#: A model's methods that give arrays.
METHODS = {"predict()", "predict_on_batch()", "evaluate()", "test_on_batch()", "fit()", "train_on_batch()"}
#: The words for a step in which values are an index.
INDEX = " by index"
#: The greatest number of steps of a path that are shown.
MOST = 9


def cut_words(word, step):
    """Return as text what cuts the path, and what to do about it."""
    if word == "no_grad":
        return f"no_grad() around {step.what}", REMEDIES[word]
    if word == "no rule":
        return f"{step.what}, which has no derivative with respect to this input,", REMEDIES[word]
    if word in METHODS:
        return word, f"{word} gives arrays, which have no gradients: call the model itself, model(x)"
    if word in REMEDIES:
        return word if word == "a copy" else step.what, REMEDIES[word]
    return word, f"ops and np.* functions take Tensors as they are: leave {word} out"


def find_cuts(end):
    """Return ``[(word, step, path)]`` for each cut on the paths to ``end``, the last ones first; the path as text."""
    after, found, waiting = {id(end): None}, [], [end]
    while waiting:
        step = waiting.pop(0)
        for before, word in step.edges:
            if word is not None:
                found.append((word, step, path_text([*path_to(before), *path_from(step, after)], step)))
            elif id(before) not in after:
                after[id(before)] = step
                waiting.append(before)
    return found


def path_to(step):
    """Return the steps from the start to ``step``."""
    path = [step]
    while path[-1].edges:
        path.append(path[-1].edges[0][0])
    return path[::-1]


def path_from(step, after):
    """Return the steps from ``step`` to the end."""
    path = [step]
    while after[id(path[-1])] is not None:
        path.append(after[id(path[-1])])
    return path


def path_text(path, cut):
    """Return a path as text with each line named once; of a long path its ends and the steps around the cut."""
    place = path.index(cut)
    kept = {0, 1, place - 1, place, place + 1, len(path) - 2, len(path) - 1}
    words, line, left_out = [], None, 0
    for i, step in enumerate(path):
        if len(path) > MOST and i not in kept:
            left_out += 1
            continue
        if left_out:
            words.append(f"... {left_out} more ...")
        left_out = 0
        place_of = f" ({printable_text(step.line)})" if step.line and step.line != line else ""
        line = step.line or line
        words.append(f"{step.what}{place_of}")
    return " -> ".join(words)
