"""What all tests need: the libraries whose first compilation warns, compiled before warnings are errors."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import betterproto  # noqa: F401  (stringcase has invalid escapes)
