// Package greeting is the workspace's shared module.
package greeting

// For greets somebody.
func For(name string) string {
	return "Hello from " + name
}
