-- Every batch reads who is away: few of those about whom anything was ever said.
CREATE INDEX agent_presence_away ON agent_presence (agent_id) INCLUDE (away_until) WHERE is_away;
