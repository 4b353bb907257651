package embed_test

import (
	"strings"
	"testing"

	"openmic/server/embed"
)

// What looks like an origin and is another one, or none, is refused; what is one
// comes out as browsers write it.
func TestParseOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"https://intranet.example":                         "https://intranet.example",
		"https://Intranet.Example":                         "https://intranet.example",
		"HTTPS://INTRANET.EXAMPLE:443":                     "https://intranet.example",
		"http://intranet:80":                               "http://intranet",
		"http://localhost:3000":                            "http://localhost:3000",
		"https://intranet.example:8443":                    "https://intranet.example:8443",
		"http://127.0.0.1:8080":                            "http://127.0.0.1:8080",
		"http://[::1]:8080":                                "http://[::1]:8080",
		"https://xn--gteborg-90a.example":                  "https://xn--gteborg-90a.example",
		"https://under_score.example":                      "https://under_score.example",
		"https://göteborg.example":                         "",
		"https://intranet.example/":                        "",
		"https://intranet.example/page":                    "",
		"https://intranet.example?":                        "",
		"https://intranet.example#":                        "",
		"https://intranet.example.":                        "",
		"https://*.example":                                "",
		"https://intranet.*":                               "",
		"https://intranet.example:*":                       "",
		"https://intranet.example:":                        "",
		"https://intranet.example:0":                       "",
		"https://intranet.example:65536":                   "",
		"https://intranet.example:0443":                    "",
		"https://a@intranet.example":                       "",
		"https://intranet.example@evil.ex":                 "",
		"https://":                                         "",
		"//intranet.example":                               "",
		"intranet.example":                                 "",
		"null":                                             "",
		"":                                                 "",
		"*":                                                "",
		"file://intranet.example":                          "",
		"javascript://intranet.example":                    "",
		"https://intranet.example https://evil.example":    "",
		"https://intranet.example; script-src *":           "",
		"https://intranet.example,https://evil.example":    "",
		"https://intranet.example\n":                       "",
		"https://intranet.example\x00":                     "",
		"https://-intranet.example":                        "",
		"https://intranet..example":                        "",
		"https://" + strings.Repeat("a.", 200) + "example": "",
	} {
		got, err := embed.ParseOrigin(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
	if got, err := embed.ParseOrigins([]string{"https://a.example", "https://A.example:443", "https://b.example"}, 3); err != nil || strings.Join(got, " ") != "https://a.example https://b.example" {
		t.Errorf("origins %q, %v", got, err)
	}
	if _, err := embed.ParseOrigins([]string{"https://a.example", "b"}, 3); err == nil {
		t.Error("one of them is none")
	}
	if _, err := embed.ParseOrigins(make([]string, 4), 3); err == nil {
		t.Error("there are more than may be")
	}
}

func FuzzParseOrigin(f *testing.F) {
	f.Add("https://intranet.example:8443")
	f.Add("http://[::1]")
	f.Fuzz(func(t *testing.T, text string) {
		origin, err := embed.ParseOrigin(text)
		if err != nil {
			return
		}
		if again, err := embed.ParseOrigin(origin); err != nil || again != origin {
			t.Errorf("%q became %q, and that %q, %v", text, origin, again, err)
		}
		if strings.ContainsAny(origin, " ;,*'\"<>@?#\\\t\r\n") {
			t.Errorf("%q has what a header would take for something else", origin)
		}
	})
}
