"""The mail server's certificate, made at the first start and signed by an authority of its own.

Three files: `inbox-ca.pem` (what a sender trusts), `inbox-cert.pem`, `inbox-key.pem`. The
authority's key is never written: it signs once.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=825)
RENEW_BEFORE = timedelta(days=30)

AUTHORITY, CERTIFICATE, KEY = "inbox-ca.pem", "inbox-cert.pem", "inbox-key.pem"


def ensure_certificate(directory: Path, now: datetime | None = None) -> tuple[Path, Path]:
    """Paths of certificate and key for localhost and 127.0.0.1; made anew when missing or old."""
    now = now or datetime.now(UTC)
    directory.mkdir(parents=True, exist_ok=True)
    if not _usable(directory, now):
        _make(directory, now)
    return directory / CERTIFICATE, directory / KEY


def _usable(directory: Path, now: datetime) -> bool:
    try:
        authority, certificate = (
            x509.load_pem_x509_certificate((directory / name).read_bytes())
            for name in (AUTHORITY, CERTIFICATE)
        )
        certificate.verify_directly_issued_by(authority)
    except (OSError, ValueError, TypeError):
        return False
    return (directory / KEY).exists() and certificate.not_valid_after_utc > now + RENEW_BEFORE


def _make(directory: Path, now: datetime) -> None:
    authority_key, key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    authority = _authority(authority_key, now)
    certificate = _certificate(key, authority, authority_key, now)
    _write(
        directory / KEY,
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        mode=0o600,
    )
    _write(directory / CERTIFICATE, certificate.public_bytes(Encoding.PEM))
    _write(directory / AUTHORITY, authority.public_bytes(Encoding.PEM))


def _builder(name: str, now: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + LIFETIME)
    )


def _authority(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = "Demonstration inbox authority"
    usage = _key_usage(key_cert_sign=True, digital_signature=False)
    return (
        _builder(name, now)
        .issuer_name(_name(name))
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _certificate(
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    names = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    usage = _key_usage(key_cert_sign=False, digital_signature=True)
    return (
        _builder("localhost", now)
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(signer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _key_usage(*, key_cert_sign: bool, digital_signature: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Whole or not at all: a sender may read the authority at any time."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
        file.write(content)
    draft.replace(path)
