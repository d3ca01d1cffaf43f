package main

import (
	"context"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
)

type teamCmd struct {
	List         teamListCmd   `cmd:"" help:"Print the teams with their members, a line each."`
	AddMember    teamAddCmd    `cmd:"" help:"Make a person a member of a team."`
	RemoveMember teamRemoveCmd `cmd:"" help:"End a membership; the person's alerts stay in the team's queue."`
}

type teamListCmd struct {
	JSON bool `name:"json" help:"One JSON object a line, for programs."`
}

// Run prints the teams.
func (c teamListCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		teams, err := h.store.Teams(ctx, shellActor())
		if err != nil {
			return err
		}
		for _, team := range teams {
			members, err := h.store.TeamMembers(ctx, shellActor(), team)
			if err != nil {
				return err
			}
			if err := s.printTeam(team, members, c.JSON); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *session) printTeam(team string, members []drift.TeamMember, asJSON bool) error {
	names := make([]string, len(members))
	line := team + ":"
	for i, m := range members {
		names[i] = m.Name
		line += " " + m.Name
		if m.Disabled {
			line += " (account closed)"
		}
		if i < len(members)-1 {
			line += ","
		}
	}
	if asJSON {
		return s.printJSON(map[string]any{"team": team, "members": names})
	}
	if len(members) == 0 {
		line += " nobody"
	}
	_, err := fmt.Fprintln(s.out, line)
	return err
}

type memberArgs struct {
	Team string `arg:"" help:"NOC, \"ML Engineering\", \"ML Team Lead\" or DevOps."`
	User string `arg:"" help:"The person's name."`
}

// Help is that of both commands with these arguments.
func (memberArgs) Help() string {
	return `The teams are NOC, ML Engineering, ML Team Lead and DevOps; a name with spaces stands in quotes. Being a
member gives no rights: it says whose queue a person sees first.

  driftwatch team add-member "ML Team Lead" jana`
}

type teamAddCmd struct{ memberArgs }

// Run adds a member.
func (c teamAddCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		made, err := h.store.AddMember(ctx, shellActor(), c.Team, c.User)
		if err != nil {
			return err
		}
		return s.added(made, "Member", c.User)
	})
}

type teamRemoveCmd struct{ memberArgs }

// Run removes a member.
func (c teamRemoveCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		made, err := h.store.RemoveMember(ctx, shellActor(), c.Team, c.User)
		if err != nil {
			return err
		}
		text := "is no member any more"
		if !made {
			text = "was no member"
		}
		_, err = fmt.Fprintf(s.out, "%s %s.\n", c.User, text)
		return err
	})
}
