import os
import shutil

import pytest


@pytest.fixture(scope="session")
def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CVSEARCH_REQUIRE_BROWSER") == "1":
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed")
    return found
