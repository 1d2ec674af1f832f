namespace Mbsa.Actors.Deciding;

/// <summary>
/// Who runs where: the coordinator's single truth. A VM is nowhere, runs on one host, migrates from one to another and counts as on the
/// first until it is switched, or was lost with its host, where its data is. A change that does not follow from the state before is
/// refused, so no sequence of them lets a VM run on two hosts:
/// <code>
/// Absent -Start-> Running -BeginMigration-> Migrating -Switch-> Running (there)
///                                                     -CancelMigration, target lost-> Running (here)
/// Running, Migrating -LoseHost-> Lost -Return-> Running (the same host)
/// any -Stop-> Absent
/// </code>
/// What hosts report is held against it: <see cref="Check"/>. Not thread-safe.
/// </summary>
/// <param name="vms">VMs of the scenario.</param>
internal sealed class Whereabouts(int vms)
{
    private readonly VmPlace[] _places = [.. Enumerable.Repeat(VmPlace.Nowhere, vms)];

    /// <summary>Times a VM was seen to run where it must not: 0, or something is broken.</summary>
    public int Violations { get; private set; }

    /// <summary>Where a VM is.</summary>
    public VmPlace this[int vm] => _places[vm];

    /// <summary>For each VM the host it runs on; null where it does not run.</summary>
    public IReadOnlyList<int?> Hosts => [.. _places.Select(place => place.RunsOn)];

    /// <summary>The VMs that run on a host, those that migrate among them, in ascending order.</summary>
    public IReadOnlyList<int> RunningOn(int host) => Where(place => place.RunsOn == host);

    /// <summary>The VMs that migrate to a host, in ascending order.</summary>
    public IReadOnlyList<int> MigratingTo(int host) => Where(place => place.State == PlaceState.Migrating && place.To == host);

    /// <summary>The VMs that were lost with a host, in ascending order.</summary>
    public IReadOnlyList<int> LostWith(int host) => Where(place => place.State == PlaceState.Lost && place.Host == host);

    /// <summary>A VM starts on a host.</summary>
    /// <exception cref="InvalidOperationException">It is somewhere already, were it only as what is left of it on a lost host.</exception>
    public void Start(int vm, int host)
    {
        Require(vm, _places[vm].State == PlaceState.Absent, $"start on host {host}");
        _places[vm] = VmPlace.On(host);
    }

    /// <summary>A VM is gone, wherever it was. One that is nowhere may be stopped again.</summary>
    public void Stop(int vm) => _places[vm] = VmPlace.Nowhere;

    /// <summary>A VM begins to migrate; it still runs where it was.</summary>
    /// <exception cref="InvalidOperationException">It does not run, migrates already, or is there.</exception>
    public void BeginMigration(int vm, int to)
    {
        var place = _places[vm];
        Require(vm, place.State == PlaceState.Running && place.Host != to, $"migrate to host {to}");
        _places[vm] = new VmPlace(PlaceState.Migrating, place.Host, to);
    }

    /// <summary>A VM that migrated stands still at its old host for good, and runs at the new one from now on.</summary>
    /// <exception cref="InvalidOperationException">It does not migrate.</exception>
    public void Switch(int vm)
    {
        Require(vm, _places[vm].State == PlaceState.Migrating, "be switched");
        _places[vm] = VmPlace.On(_places[vm].To);
    }

    /// <summary>A VM that began to migrate stays where it is.</summary>
    /// <exception cref="InvalidOperationException">It does not migrate.</exception>
    public void CancelMigration(int vm)
    {
        Require(vm, _places[vm].State == PlaceState.Migrating, "stay");
        _places[vm] = VmPlace.On(_places[vm].Host);
    }

    /// <summary>A host is lost: its VMs with it, wherever they were going; who was coming stays where it is.</summary>
    /// <returns>The VMs lost and those that stay elsewhere, each in ascending order.</returns>
    public (IReadOnlyList<int> Lost, IReadOnlyList<int> Stay) LoseHost(int host)
    {
        var (lost, stay) = (RunningOn(host), MigratingTo(host));
        foreach (var vm in lost)
        {
            _places[vm] = new VmPlace(PlaceState.Lost, host, -1);
        }

        foreach (var vm in stay)
        {
            CancelMigration(vm);
        }

        return (lost, stay);
    }

    /// <summary>A VM that was lost with its host runs there again.</summary>
    /// <exception cref="InvalidOperationException">It was not lost.</exception>
    public void Return(int vm)
    {
        Require(vm, _places[vm].State == PlaceState.Lost, "come back");
        _places[vm] = VmPlace.On(_places[vm].Host);
    }

    /// <summary>
    /// A host says who runs on it. Whoever belongs elsewhere counts as a violation; who is missing does not: a VM may have come to its end.
    /// </summary>
    /// <returns>The VMs that must not run there, in the order given.</returns>
    public IReadOnlyList<int> Check(int host, IEnumerable<int> running)
    {
        List<int> wrong = [.. running.Where(vm => _places[vm].RunsOn != host)];
        Violations += wrong.Count;
        return wrong;
    }

    private List<int> Where(Func<VmPlace, bool> holds) => [.. Enumerable.Range(0, _places.Length).Where(vm => holds(_places[vm]))];

    private void Require(int vm, bool isAllowed, string what)
    {
        if (!isAllowed)
        {
            throw new InvalidOperationException($"VM {vm} cannot {what}: it is {_places[vm]}");
        }
    }
}

/// <summary>Where a VM is, as the coordinator believes.</summary>
/// <param name="State">What it does there.</param>
/// <param name="Host">Index of the host it is on; -1 where it is on none.</param>
/// <param name="To">Index of the host it migrates to; -1 where it does not migrate.</param>
internal readonly record struct VmPlace(PlaceState State, int Host, int To)
{
    /// <summary>It is nowhere.</summary>
    public static VmPlace Nowhere { get; } = new(PlaceState.Absent, -1, -1);

    /// <summary>The host it runs on; null where it does not run.</summary>
    public int? RunsOn => State is PlaceState.Running or PlaceState.Migrating ? Host : null;

    /// <summary>It runs on a host.</summary>
    public static VmPlace On(int host) => new(PlaceState.Running, host, -1);
}

/// <summary>What a VM of a cluster can be doing.</summary>
internal enum PlaceState
{
    /// <summary>Nothing: it was not started, or it was stopped.</summary>
    Absent,

    /// <summary>It runs on a host.</summary>
    Running,

    /// <summary>It runs on a host, or stands still there, while its child device is copied to another.</summary>
    Migrating,

    /// <summary>Its host was lost, and it with it; its child device is still there.</summary>
    Lost,
}
