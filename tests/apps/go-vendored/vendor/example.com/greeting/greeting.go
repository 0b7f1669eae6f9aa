// Package greeting stands for a module from elsewhere: here it is found under vendor alone.
package greeting

// For greets somebody.
func For(name string) string {
	return "Hello from " + name
}
