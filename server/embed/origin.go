// Package embed judges what pages of others bring along that show a board in a
// frame: where such a page is from, and the tokens with which its server vouches
// for the people who look at it.
//
// Nothing that a token holds leads to a request: keys come from where the operator
// said, and at times of our own.
package embed

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// hostName is a name as browsers write it: in ASCII, in small letters, without a
// dot at the end.
var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?)*$`)

const originBytes = 300

var defaultPorts = map[string]string{"http": "80", "https": "443"}

// ParseOrigin returns an origin as browsers write it, https://intranet.example:8443.
// The error is for whoever wrote it.
func ParseOrigin(text string) (string, error) {
	wrong := func(why string) error {
		return fmt.Errorf("%.100q is not an origin like https://intranet.example: %s", text, why)
	}
	if len(text) > originBytes {
		return "", wrong("it is too long")
	}
	lower := strings.ToLower(text)
	u, err := url.Parse(lower)
	switch {
	case err != nil || defaultPorts[u.Scheme] == "":
		return "", wrong("it begins with https:// or http://")
	case u.User != nil || lower != u.Scheme+"://"+u.Host:
		return "", wrong("after the name and the port comes nothing, and before it nobody")
	}
	host, port := u.Hostname(), u.Port()
	if ip := net.ParseIP(host); ip != nil && ip.To4() == nil {
		host = "[" + ip.String() + "]"
	} else if !hostName.MatchString(host) {
		return "", wrong("a name has letters, digits and hyphens; others are written as xn--")
	}
	if strings.HasSuffix(u.Host, ":") || port != "" && !isPort(port) {
		return "", wrong("the port is none")
	}
	if port == "" || port == defaultPorts[u.Scheme] {
		return u.Scheme + "://" + host, nil
	}
	return u.Scheme + "://" + host + ":" + port, nil
}

func isPort(port string) bool {
	n := 0
	for _, digit := range port {
		if n = n*10 + int(digit-'0'); n > 65535 {
			return false
		}
	}
	return n > 0 && port[0] != '0'
}

// ParseOrigins reads each, and leaves out what comes twice.
func ParseOrigins(texts []string, most int) ([]string, error) {
	if len(texts) > most {
		return nil, fmt.Errorf("%d origins, and there may be %d", len(texts), most)
	}
	var origins []string
	var wrong error
	seen := map[string]bool{}
	for _, text := range texts {
		origin, err := ParseOrigin(text)
		if err != nil {
			wrong = errors.Join(wrong, err)
		} else if !seen[origin] {
			seen[origin] = true
			origins = append(origins, origin)
		}
	}
	return origins, wrong
}
