// Package storetest gives tests a real PostgreSQL.
//
// A package that uses it has
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
//
// and asks for databases with Fresh. The server is the one that TEST_DATABASE_URL names (its user
// must be allowed to make databases and roles), else a private one, started with the first database
// asked for and ended with the tests. The schema is migrated once, into a template; every Fresh is
// a copy of it, so that tests may commit and run side by side.
package storetest
