-- Drops old entries that every group has finished; of a stream without a group, none.
--
-- KEYS  1-4 the streams
-- ARGV  1 for how many milliseconds finished entries are kept, 2 how many events the streams may hold: of more than half
--       of these none is kept that is finished
-- gives how many it dropped
local time = redis.call('TIME')
local keep = string.format('%.0f-0', math.max(0, time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[1])))
local dropped, length = 0, 0
for p = 1, 4 do
  length = length + redis.call('XLEN', KEYS[p])
end
for p = 1, 4 do
  local least = floor(KEYS[p])
  if least then
    local limit = length <= tonumber(ARGV[2]) / 2 and before(keep, least) and keep or least
    dropped = dropped + redis.call('XTRIM', KEYS[p], 'MINID', '~', limit)
  end
end
return dropped
