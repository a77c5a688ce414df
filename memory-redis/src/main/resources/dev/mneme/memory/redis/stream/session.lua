-- KEYS  1 the head of a session: i incarnation, h under which history of the server it began, b the number in the window
--         that comes before its first event, n the last number in the window, z bytes in the window
--       2 its window, a stream whose ids are number-milliseconds
-- ARGV  1 an incarnation, in case a new one begins, 2 milliseconds by which the clock is ahead, 3 for how many milliseconds
--         events are kept, 4 most events, 5 most bytes
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2])
local ttl = tonumber(ARGV[3])

local function whole(number)
  return string.format('%.0f', number)
end

local function number(id)
  return tonumber(string.match(id, '^(%d+)-'))
end

local function first()
  return redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
end

-- A server that was started anew, or took over from another, may have lost the last events and would give their numbers
-- to others: under another history the session is another incarnation, which begins with what is still here.
local head = {}
local flat = redis.call('HGETALL', KEYS[1])
for at = 1, #flat, 2 do
  head[flat[at]] = flat[at + 1]
end
local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') or ''
local base, last, bytes = tonumber(head.b or 0), tonumber(head.n or 0), tonumber(head.z or 0)
local changed = head.h ~= history
if not head.i then
  redis.call('DEL', KEYS[2])
  base, last, bytes = 0, 0, 0
elseif changed then
  local oldest = first()
  base = oldest and number(oldest[1]) - 1 or last
end
local incarnation = changed and ARGV[1] or head.i

-- Drops what is too old, too much or too large, but for the last of so many.
local function trim(kept)
  local length = redis.call('XLEN', KEYS[2])
  local before = bytes
  while length > kept do
    local oldest = first()
    local age = now - tonumber(string.match(oldest[1], '-(%d+)$'))
    if age < ttl and length <= tonumber(ARGV[4]) and bytes <= tonumber(ARGV[5]) then
      break
    end
    redis.call('XDEL', KEYS[2], oldest[1])
    bytes = bytes - #oldest[2][#oldest[2]]
    length = length - 1
  end
  if length == 0 then
    bytes = 0
  end
  return bytes ~= before
end

-- Longer than its events: who comes back after all of them and missed none need not be told of a gap.
local function keep()
  redis.call('HSET', KEYS[1], 'i', incarnation, 'h', history, 'b', whole(base), 'n', whole(last), 'z', whole(bytes))
end

local function renew()
  redis.call('PEXPIRE', KEYS[1], 2 * ttl)
end

