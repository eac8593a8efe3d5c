"""MNIST from the network, once: into the user's cache, and only if the files are the right ones."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

# Where PyTorch and TensorFlow take the files from; the original site has stopped giving them out.
MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
SHA256 = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
_SECONDS = 20  # of silence, after which a mirror counts as unreachable


class DownloadError(OSError):
    """MNIST cannot be had from the network; the message is part of a sentence that says why."""


def fetch(mirrors: Sequence[str] | None = None, checksums: Mapping[str, str] = SHA256) -> Path:
    """Return the folder with MNIST's files, in the user's cache; what is not there yet is downloaded.

    The first of `mirrors` that answers with the right files is taken. By default those are the one that the environment
    variable MNIST_MIRROR names, or MIRRORS. A file with another checksum is not kept. Raises DownloadError, also where
    pooch is not installed.
    """
    try:
        import pooch  # an extra: who has the files already needs none of it
        import requests
    except ImportError:
        raise DownloadError("downloading it needs pooch (pip install pooch)") from None
    own = os.environ.get("MNIST_MIRROR")
    mirrors = mirrors if mirrors is not None else (own,) if own else MIRRORS
    pooch.get_logger().setLevel("ERROR")  # it would tell about every file; what matters is in the exceptions
    folder = Path(pooch.os_cache("backcheck")) / "mnist"
    loader = pooch.HTTPDownloader(timeout=_SECONDS)
    troubles = []
    for mirror in mirrors:
        try:
            for name, checksum in checksums.items():
                url = f"{mirror.rstrip('/')}/{name}"
                pooch.retrieve(url, f"sha256:{checksum}", fname=name, path=folder, downloader=loader)
            return folder
        except requests.HTTPError as exc:
            status = exc.response.status_code if exc.response is not None else "an error"
            troubles.append(f"{mirror} answered {status} for {name}")
        except requests.RequestException as exc:
            troubles.append(f"{mirror} cannot be reached ({type(exc).__name__})")
        except ValueError as exc:  # a checksum: pooch has thrown the file away
            kind = "with another checksum than MNIST's" if "hash" in str(exc) else f"that pooch refuses ({exc})"
            troubles.append(f"{mirror} gave a {name} {kind}")
        except OSError as exc:
            raise DownloadError(f"{folder} cannot be written ({exc.strerror or exc})") from exc
    raise DownloadError("; ".join(troubles))
