package server

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"hash"
)

// protocolName is the ALPN name that direct TLS must agree on.
const protocolName = "postgresql"

// LoadTLS reads a certificate chain and its key, and gives the configuration and the certificate's hash for SCRAM's
// channel binding.
func LoadTLS(certFile, keyFile string) (*tls.Config, []byte, error) {
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, nil, fmt.Errorf("could not load the TLS certificate: %w", err)
	}
	hash, err := endPointHash(cert.Certificate[0])
	if err != nil {
		return nil, nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, hash, nil
}

// endPointHash is tls-server-end-point (RFC 5929): by the hash of the certificate's signature, SHA-256 for MD5 and SHA-1.
func endPointHash(der []byte) ([]byte, error) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	var h hash.Hash
	switch cert.SignatureAlgorithm {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.SHA256WithRSA, x509.ECDSAWithSHA256, x509.SHA256WithRSAPSS:
		h = sha256.New()
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384, x509.SHA384WithRSAPSS:
		h = sha512.New384()
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512, x509.SHA512WithRSAPSS:
		h = sha512.New()
	default: // Ed25519: no hash is defined, libpq cannot bind either
		return nil, nil
	}
	h.Write(der)
	return h.Sum(nil), nil
}

var errNoALPN = errors.New("direct TLS without the ALPN name \"postgresql\"")
