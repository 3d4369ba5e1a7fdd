"""The cases of each exercise: what the contract, SPEC.md, promises of the stage."""
