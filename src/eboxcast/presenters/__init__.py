"""What is shown, made from the domain once: the command line prints it, as text or as JSON; so can any other door.

``schemas`` says what each thing has; the modules beside it make it; ``json`` writes it for programs.
"""
