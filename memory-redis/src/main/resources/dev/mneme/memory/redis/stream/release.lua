-- Lets go of events that a consumer holds, so that another reclaims them at once, and removes the consumer if it holds
-- nothing more.
--
-- KEYS  1-4 the streams
-- ARGV  1 group, 2 consumer, 3 channel, 4 1 to remove the consumer, then for each event: priority (1-4), id, deliveries
-- gives how many it let go
local let = 0
for at = 5, #ARGV, 3 do
  local key, id = KEYS[tonumber(ARGV[at])], ARGV[at + 1]
  local pending = redis.pcall('XPENDING', key, ARGV[1], id, id, 1)
  local mine = not pending.err and pending[1]
  if mine and mine[2] == ARGV[2] then
    redis.call('XCLAIM', key, ARGV[1], '~', 0, id, 'IDLE', 31536000000, 'RETRYCOUNT', ARGV[at + 2], 'JUSTID')
    let = let + 1
  end
end
if ARGV[4] == '1' then
  for p = 1, 4 do
    local pending = redis.pcall('XPENDING', KEYS[p], ARGV[1], '-', '+', 1, ARGV[2])
    if not pending.err and #pending == 0 then
      redis.call('XGROUP', 'DELCONSUMER', KEYS[p], ARGV[1], ARGV[2])
    end
  end
end
if let > 0 then
  redis.call('PUBLISH', ARGV[3], 'r')
end
return let
