#!/usr/bin/env python3
"""Prints a line for each face in pictures: detect.py [--url http://localhost:8080] photo.jpg …

The exit code is 1 if a picture was refused. A key, if the service wants one, comes from the environment variable MASKAPI_KEY.
"""
import argparse
import os
import sys

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry


def open_session():
    """A session that comes back when a busy service (429, 503) says so in Retry-After. Detection changes nothing, so POST is safe."""
    retry = Retry(total=5, backoff_factor=0.5, status_forcelist=[429, 503], allowed_methods=["POST"], raise_on_status=False)
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=retry))
    session.mount("https://", HTTPAdapter(max_retries=retry))
    if key := os.environ.get("MASKAPI_KEY"):
        session.headers["X-API-Key"] = key
    return session


def detect(session, url, path):
    """The answer for one picture; requests.HTTPError, with the problem's detail, if it is refused."""
    with open(path, "rb") as picture:
        response = session.post(
            f"{url}/v1/detections", data=picture, headers={"Content-Type": "application/octet-stream"}, timeout=(5, 60))
    if response.headers.get("Content-Type", "").startswith("application/problem+json"):
        problem = response.json()
        raise requests.HTTPError(f"{problem['code']}: {problem.get('detail', problem['title'])}", response=response)
    response.raise_for_status()
    return response.json()


def main():
    parser = argparse.ArgumentParser(description="Finds every face in pictures and tells how it wears a mask.")
    parser.add_argument("--url", default="http://localhost:8080", help="the service; %(default)s by default")
    parser.add_argument("pictures", nargs="+")
    arguments = parser.parse_args()
    failed = False
    with open_session() as session:
        for path in arguments.pictures:
            try:
                for face in detect(session, arguments.url.rstrip("/"), path)["faces"]:
                    box = face["box"]
                    print(f"{path}: {face['label']} {face['confidence']:.1%} at {box['x']:.0f}, {box['y']:.0f}")
            except requests.HTTPError as error:
                failed = True
                print(f"{path}: {error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
