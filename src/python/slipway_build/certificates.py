"""Whom a build trusts: whom the server trusts. A company's own authority, added to the server, signs its mirrors."""
import os

STACK = "/etc/ssl/certs/ca-certificates.crt"

# Each program has its own name for the same thing.
VARIABLES = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "NPM_CONFIG_CAFILE")


def environment(request, paths):
    """Variables for programs that download; none where the server has no authorities of its own."""
    if not request.certificates:
        return {}
    bundle = os.path.join(paths.tmp, "certificates.pem")
    if not os.path.exists(bundle):
        text = request.certificates
        if os.path.exists(STACK):
            with open(STACK, encoding="utf-8") as file:
                text = file.read() + text
        with open(bundle, "w", encoding="utf-8") as file:
            file.write(text)
    return dict.fromkeys(VARIABLES, bundle)
