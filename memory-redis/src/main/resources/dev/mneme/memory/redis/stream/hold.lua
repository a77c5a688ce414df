-- Renews a consumer's hold on events, so that nobody reclaims them, and raises their counts of deliveries. What another
-- consumer holds by now, or nobody, is left alone.
--
-- KEYS  1-4 the streams
-- ARGV  1 group, 2 consumer, then for each event: priority (1-4), id, deliveries
-- gives the places (from 1) of those that the consumer does not hold
local lost = {}
for at = 3, #ARGV, 3 do
  local key, id = KEYS[tonumber(ARGV[at])], ARGV[at + 1]
  local pending = redis.pcall('XPENDING', key, ARGV[1], id, id, 1)
  local mine = not pending.err and pending[1]
  if mine and mine[2] == ARGV[2] then
    redis.call('XCLAIM', key, ARGV[1], ARGV[2], 0, id, 'RETRYCOUNT', math.max(mine[4], tonumber(ARGV[at + 2])), 'JUSTID')
  else
    lost[#lost + 1] = (at - 3) / 3 + 1
  end
end
return lost
