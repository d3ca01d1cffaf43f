// Package handlers answers browsers and programs: one file per page or resource, which turns a
// request into a read of the store or a move of the engine, and what came of it into a view model,
// bytes or JSON. Nothing here writes SQL, and nothing here decides who may see what: reads run
// under the reader's own rights, and moves are allowed or refused by the engine.
//
// A page and the newest event's number come from one state of the database, so that the page's
// socket goes on exactly where the page ends. What a page shows and what the live channel sends are
// rendered by the same components from the same view models ([Pages.Fragments]).
package handlers
