"""The secrets by which somebody proves who they are: chosen, sent and verified.

An attempt is reserved in a short commit of its own, verified outside any transaction, then
settled (`throttle`): a hundred guesses at once get as many evaluations as there are free tries.
"""
