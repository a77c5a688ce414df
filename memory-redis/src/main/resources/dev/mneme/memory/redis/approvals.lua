-- Requests for approval: one step for each call, by the server's clock alone.
--
-- A request waits while it is in 'due' and its deadline lies ahead. Of a yes, a no, a withdrawal and the deadline whichever
-- comes first here ends it, in one place (settle); whoever comes later is told how it ended. A deadline that has passed is
-- noticed by the first call that passes by, and at the latest by the first that asks for the request. Every end is published.
-- A call that is repeated because its answer was lost does no harm: a request's id is the caller's.
--
-- The members of all sets say 'id owner operation', so that whoever meets one knows in which sets it stands.
--
-- KEYS  1 the last number; all other keys begin as it does
-- ARGV  1 what is asked, 2 how keys begin, 3 for how long (ms) decisions are kept, 4 the most of them for an owner,
--       5 the channel, 6.. arguments of what is asked
-- gives {what came of it, number, row..}; a row is a list of names and values, empty if there is none
local ask, prefix, keep, most_kept, channel = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due, past = prefix .. 'due', prefix .. 'past'
local GRACE, PASSED_BY = 86400000, 100

local function text(number)
  return string.format('%.0f', number)
end

local function parts(member)
  return string.match(member, '^(%S+) (%S+) (%S+)$')
end

local function hash(member)
  return prefix .. 'a:' .. parts(member)
end

-- all, the owner's, the operation's, the owner's of the operation; 'p' those that wait, 'd' those decided
local function sets(kind, member)
  local _, owner, operation = parts(member)
  local begins = prefix .. kind .. ':'
  return {begins .. ':', begins .. owner .. ':', begins .. ':' .. operation, begins .. owner .. ':' .. operation}
end

local function enter(kind, member)
  local number = redis.call('INCR', KEYS[1])
  for _, set in ipairs(sets(kind, member)) do
    redis.call('ZADD', set, text(number), member)
  end
end

local function leave(kind, member)
  for _, set in ipairs(sets(kind, member)) do
    redis.call('ZREM', set, member)
  end
end

local function forget(member)
  redis.call('DEL', hash(member))
  redis.call('ZREM', due, member)
  redis.call('ZREM', past, member)
  leave('p', member)
  leave('d', member)
end

-- how often the answer was no, and the owner's list of these, for who erases it
local function count(member, state)
  local _, owner = parts(member)
  local matter = redis.call('HGET', hash(member), 'c')
  local counted, all = prefix .. 'n:' .. owner .. ':' .. matter, prefix .. 'k:' .. owner
  if state == 'R' or state == 'T' then
    redis.call('INCR', counted)
    redis.call('PEXPIRE', counted, text(keep))
    redis.call('ZREMRANGEBYSCORE', all, '-inf', text(now))
    redis.call('ZADD', all, text(now + keep), counted)
    redis.call('PEXPIRE', all, text(keep))
  elseif state ~= 'W' then
    redis.call('DEL', counted)
    redis.call('ZREM', all, counted)
  end
end

-- the one place where a request ends
local function settle(member, state, by, why, at)
  local key = hash(member)
  redis.call('HSET', key, 's', state, 'by', by, 'why', why, 'at', text(at))
  redis.call('PEXPIRE', key, text(keep + GRACE))
  redis.call('ZREM', due, member)
  leave('p', member)
  enter('d', member)
  redis.call('ZADD', past, text(now + keep), member)
  count(member, state)
  local own = sets('d', member)[2]
  if redis.call('ZCARD', own) > most_kept then
    forget(redis.call('ZRANGE', own, 0, 0)[1])
  end
  redis.call('PUBLISH', channel, (parts(member)))
end

local function run_out(member)
  local r = redis.call('HMGET', hash(member), 's', 'o', 'x')
  if r[1] == 'P' then
    settle(member, r[2] == 'A' and 'Y' or 'T', '', '', r[3])
  else
    redis.call('ZREM', due, member)
    leave('p', member)
  end
end

local function pass_by()
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', text(now), 'LIMIT', 0, PASSED_BY)) do
    run_out(member)
  end
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', past, '-inf', text(now), 'LIMIT', 0, PASSED_BY)) do
    forget(member)
  end
end

-- the member of a request that is known, after what is due for it; nil if it is not
local function known(id)
  local key = prefix .. 'a:' .. id
  local r = redis.call('HMGET', key, 'm', 's', 'x')
  if not r[1] then
    return nil
  end
  if r[2] == 'P' and tonumber(r[3]) <= now then
    run_out(r[1])
  elseif r[2] ~= 'P' then
    local ends = redis.call('ZSCORE', past, r[1])
    if not ends or tonumber(ends) <= now then
      forget(r[1])
      return nil
    end
  end
  return r[1]
end

local function row(id)
  return redis.call('HGETALL', prefix .. 'a:' .. id)
end

local function decide(id, owner, state, by, why)
  local member = known(id)
  if not member then
    return {'UNKNOWN', '0', {}}
  end
  local _, owns = parts(member)
  if owner ~= '' and owner ~= owns then
    return {'UNKNOWN', '0', {}}
  end
  local r = redis.call('HMGET', prefix .. 'a:' .. id, 's', 'x', 'at')
  if r[1] == 'P' then
    settle(member, state, by, why, now)
    return {'DECIDED', '0', row(id)}
  end
  local expired = r[1] == 'T' or (r[1] == 'Y' and r[2] == r[3])
  return {expired and 'EXPIRED' or 'ALREADY', '0', row(id)}
end

pass_by()

if ask == 'request' then
  local id, owner, operation, matter, timeout, at_once = unpack(ARGV, 6, 11)
  local most_asked, most, most_own = tonumber(ARGV[12]), tonumber(ARGV[13]), tonumber(ARGV[14])
  if known(id) then
    return {'ADMITTED', '0', row(id)}
  end
  local counted = prefix .. 'n:' .. owner .. ':' .. matter
  local refused = tonumber(redis.call('GET', counted) or '0')
  if refused >= most_asked then
    return {'OFTEN', text(refused), {text(redis.call('PTTL', counted))}}
  end
  local member = id .. ' ' .. owner .. ' ' .. operation
  local waiting = sets('p', member)
  if at_once ~= '1' then
    if redis.call('ZCARD', waiting[1]) >= most then
      return {'FULL', text(most), {}}
    end
    if redis.call('ZCARD', waiting[2]) >= most_own then
      return {'FULL', text(most_own), {}}
    end
  end
  local expires = now + tonumber(timeout)
  local key = hash(member)
  redis.call('HSET', key, 'm', member, 'c', matter, 's', 'P', 'r', text(now), 'x', text(expires), 'n', text(refused + 1),
    'id', id, 'to', timeout, 'ao', at_once, unpack(ARGV, 15))
  redis.call('PEXPIRE', key, text(tonumber(timeout) + keep + GRACE))
  redis.call('ZADD', due, text(expires), member)
  enter('p', member)
  if at_once == '1' then
    settle(member, 'Y', '', '', now)
  end
  return {'ADMITTED', '0', row(id)}
end

if ask == 'decide' then
  return decide(unpack(ARGV, 6, 10))
end

if ask == 'batch' then
  local owner, operation, state, by, why, limit = unpack(ARGV, 6, 11)
  local found = redis.call('ZRANGE', prefix .. 'p:' .. owner .. ':' .. operation, 0, limit - 1)
  local done = {'BATCH', '0'}
  for _, member in ipairs(found) do
    local id = parts(member)
    local each = decide(id, '', state, by, why)
    if each[1] == 'DECIDED' then
      done[#done + 1] = each[3]
    end
  end
  return done
end

if ask == 'find' then
  local id = ARGV[6]
  return {'FOUND', '0', known(id) and row(id) or {}}
end

if ask == 'states' then
  local states = {}
  for i = 6, #ARGV do
    states[i - 5] = known(ARGV[i]) and redis.call('HGET', prefix .. 'a:' .. ARGV[i], 's') or ''
  end
  return states
end

if ask == 'page' then
  local kind, owner, operation, after, limit = unpack(ARGV, 6, 10)
  local set = prefix .. kind .. ':' .. owner .. ':' .. operation
  local found
  if kind == 'p' then
    found = redis.call('ZRANGEBYSCORE', set, '(' .. after, '+inf', 'LIMIT', 0, limit)
  else
    found = redis.call('ZREVRANGEBYSCORE', set, after == '0' and '+inf' or '(' .. after, '-inf', 'LIMIT', 0, limit)
  end
  local last = #found == tonumber(limit) and redis.call('ZSCORE', set, found[#found]) or '0'
  local page = {'PAGE', last}
  for _, member in ipairs(found) do
    local id = parts(member)
    local r = row(id)
    if #r > 0 and (kind == 'd' or now < tonumber(redis.call('HGET', hash(member), 'x'))) then
      page[#page + 1] = r
    end
  end
  return page
end

if ask == 'erase' then
  local owner = ARGV[6]
  local erased = 0
  for _, kind in ipairs({'p', 'd'}) do
    for _, member in ipairs(redis.call('ZRANGE', prefix .. kind .. ':' .. owner .. ':', 0, -1)) do
      local id = parts(member)
      forget(member)
      redis.call('PUBLISH', channel, id)
      erased = erased + 1
    end
  end
  local all = prefix .. 'k:' .. owner
  for _, counted in ipairs(redis.call('ZRANGE', all, 0, -1)) do
    redis.call('DEL', counted)
  end
  redis.call('DEL', all)
  return {'ERASED', text(erased)}
end
return redis.error_reply('nothing is known of ' .. ask)
