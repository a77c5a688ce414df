-- Appends events to the streams of their priorities, those of a lane under its fence: a call whose fence is not above the
-- lane's does nothing, whenever it arrives. An event that the lane's last batch left here is not appended again. What
-- this batch leaves is remembered in the same atomic step, for the owner who asks.
--
-- KEYS  1-4 the streams, 5 the lanes: for each its fence and the ids that its last batch left, 16 bytes each
-- ARGV  1 channel, 2 how many events the streams may hold, 3 lane (empty: no lane), 4 fence (38 digits), 5 most lanes,
--       then for each event: priority (1-4), A to append or C to look only, id, type, tenant, key, bytes
-- gives the lane's fence if this call's was not above it, else an empty string, and then for each event A appended,
--       U there already, C not looked for, F no room; or L alone if there are too many lanes
local lane, fence = ARGV[3], ARGV[4]
local left = {}
if lane ~= '' then
  local known = redis.call('HGET', KEYS[5], 'f:' .. lane)
  local held = known or string.rep('0', 38)
  if fence <= held then
    return {held, ''}
  end
  if not known and redis.call('HLEN', KEYS[5]) >= 2 * tonumber(ARGV[5]) then
    return {'', 'L'}
  end
  local ids = known and redis.call('HGET', KEYS[5], 'l:' .. lane) or ''
  for at = 1, #ids, 16 do
    left[string.sub(ids, at, at + 15)] = true
  end
end

local room = tonumber(ARGV[2])
for p = 1, 4 do
  room = room - redis.call('XLEN', KEYS[p])
end
if room < (#ARGV - 5) / 7 then
  for p = 1, 4 do
    local least = floor(KEYS[p])
    if least then
      -- whole nodes of a large stream, so that no call takes long; what is left is trimmed by those who watch
      local how = tonumber(ARGV[2]) > 10000 and '~' or '='
      room = room + redis.call('XTRIM', KEYS[p], 'MINID', how, least)
    end
  end
end

if lane ~= '' then
  -- first: a server out of memory refuses a script only before its first write
  redis.call('HSET', KEYS[5], 'f:' .. lane, fence)
end
local outcomes, stay, appended = {}, {}, false
for at = 6, #ARGV, 7 do
  local id = ARGV[at + 2]
  local outcome
  if left[id] then
    outcome = 'U'
  elseif ARGV[at + 1] == 'C' then
    outcome = 'C'
  elseif room <= 0 then
    outcome = 'F'
  else
    redis.call('XADD', KEYS[tonumber(ARGV[at])], '*', 'i', id, 't', ARGV[at + 3], 'n', ARGV[at + 4], 'k', ARGV[at + 5],
      'd', ARGV[at + 6], 'g', '')
    room = room - 1
    appended = true
    outcome = 'A'
  end
  if outcome == 'A' or outcome == 'U' then
    stay[#stay + 1] = id
  end
  outcomes[#outcomes + 1] = outcome
end
if lane ~= '' then
  redis.call('HSET', KEYS[5], 'l:' .. lane, table.concat(stay))
end
if appended then
  redis.call('PUBLISH', ARGV[1], 'n')
end
return {'', table.concat(outcomes)}
