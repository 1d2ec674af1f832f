namespace Mbsa.Nvm.Memory;

/// <summary>Counts the users of something and ends it when the last one leaves. Begins with one user: the maker. Thread-safe.</summary>
internal sealed class SharedLifetime(Action end)
{
    private int _users = 1;

    /// <summary>Adds a user, unless the last one has left already.</summary>
    public bool TryJoin()
    {
        for (var users = Volatile.Read(ref _users); users > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return true;
            }

            users = seen;
        }

        return false;
    }

    /// <summary>Takes a user off. Each user leaves once; the caller sees to that.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            end();
        }
    }
}
