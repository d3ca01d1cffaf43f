//go:build torture

package main_test

const everyPage = true
