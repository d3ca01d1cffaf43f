package main

import (
	"context"
	"fmt"
	"os"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/command"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
)

// trainerWord begins the two commands that the server starts, not people: the built-in trainer and
// the guard between the server and any trainer. They are left out of --help.
const trainerWord = "trainer"

// runTrainer runs one of them where the arguments say so.
func runTrainer(ctx context.Context, args []string, std streams) (code int, ok bool) {
	if len(args) < 2 || args[0] != trainerWord {
		return 0, false
	}
	switch args[1] {
	case "guard":
		return command.Guard(args[2:], std.in), true
	case "logistic":
		if len(args) != 3 {
			return exitUsage, true
		}
		if err := logistic.Run(ctx, args[2], std.out); err != nil {
			fmt.Fprintln(std.err, sentence(err))
			return exitFailed, true
		}
		return exitOK, true
	}
	return 0, false
}

// trainers finds who trains a model type: the program that its setting names, or the built-in trainer,
// which runs as a program of its own too, so that neither can touch the server.
func trainers(self string) engine.Trainers {
	guard := guardOf(self)
	return func(modelType string, s drift.Settings) (string, retrain.Trainer, error) {
		name, argv := "logistic", []string{self, trainerWord, "logistic", "."}
		if own := s.List(retrain.CommandSetting(modelType)); len(own) > 0 {
			name, argv = "command", own
		}
		t, err := command.New(command.Options{Argv: argv, Guard: guard})
		return name, t, err
	}
}

// guardOf is the command that starts a guard.
func guardOf(self string) []string { return []string{self, trainerWord, "guard"} }

// ownProgram is this very program, to be started again.
func ownProgram() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	return self, nil
}
