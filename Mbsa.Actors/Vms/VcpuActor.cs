using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Qos;
using Mbsa.Cores.Queue;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Vms;

/// <summary>
/// The life of one VCPU, or of an I/O thread, which lives the same way. It makes the worker, hands it to the cores, and hears what became
/// of it; the worker's quanta and I/Os need no message. A worker that threw makes this actor throw, and the VM decides: a restart attaches
/// a fresh worker over the same counters.
/// </summary>
internal sealed class VcpuActor : ReceiveActor
{
    private readonly SchedulableId _id;
    private readonly IActorRef _supervisor;
    private readonly Func<IQuantumWorker> _createWorker;
    private IQuantumWorker? _worker;

    /// <summary>A VCPU that attaches itself when it starts.</summary>
    /// <param name="id">Which one.</param>
    /// <param name="name">What people call it.</param>
    /// <param name="supervisor">The host's QoS supervisor.</param>
    /// <param name="createWorker">Makes its worker, at every start anew.</param>
    public VcpuActor(SchedulableId id, string name, IActorRef supervisor, Func<IQuantumWorker> createWorker)
    {
        (_id, _supervisor, _createWorker) = (id, supervisor, createWorker);
        Receive<Attached>(_ => Context.Parent.Tell(new VcpuAttached(_id.Vcpu)));
        Receive<HostCommand.FailVcpu>(_ =>
        {
            (_worker as VcpuWorker)?.FailNextQuantum();
            Sender.Tell(new VmAnswer(_id.Vm, new HostAnswer.Done())); // the host: time must not pass before the fault is in place
        });
        Receive<WorkerFailed>(m =>
        {
            _worker = null;
            throw new VcpuFailedException(name, m.Failure);
        });
        Receive<WorkerFinished>(_ =>
        {
            _worker = null;
            Context.Parent.Tell(new VcpuFinished(_id)); // the VM tells the supervisor: time stands still until the board shows it
        });
        Receive<StopVcpu>(_ => Leave());
        Receive<Detached>(_ => End());
    }

    protected override void PreStart()
    {
        _worker = _createWorker();
        _supervisor.Tell(new Attach(new Schedulable(_id, _worker), Self));
    }

    private void Leave()
    {
        if (_worker is null)
        {
            End();
        }
        else
        {
            _supervisor.Tell(new Detach(_id));
        }
    }

    private void End()
    {
        Context.Parent.Tell(new VcpuLeft(_id.Vcpu, _worker as DirectVcpu));
        _worker = null;
        Context.Stop(Self);
    }

    /// <summary>Ended from above without a <see cref="StopVcpu"/>: the cores must still let the worker go.</summary>
    protected override void PostStop()
    {
        if (_worker is not null)
        {
            _supervisor.Tell(new Detach(_id));
        }
    }
}

/// <summary>The worker of a VCPU or of an I/O thread threw.</summary>
internal sealed class VcpuFailedException(string name, Exception failure)
    : Exception($"{name} failed: {failure.Message}", failure);

/// <summary>From a VCPU to its VM: it competes for cores.</summary>
internal sealed record VcpuAttached(int Vcpu) : IVmMessage;

/// <summary>From a VCPU to its VM: all its jobs came to their end.</summary>
internal sealed record VcpuFinished(SchedulableId Id) : IVmMessage;

/// <summary>To a VCPU: leave the cores and end. Answered with <see cref="VcpuLeft"/>; then its VM sees it terminate.</summary>
internal sealed record StopVcpu : IVcpuMessage;

/// <summary>From a VCPU to its VM: it left the cores as it was told.</summary>
/// <param name="Vcpu">Which one.</param>
/// <param name="Worker">Its worker, which nobody runs any more; null when all its jobs had come to their end.</param>
internal sealed record VcpuLeft(int Vcpu, DirectVcpu? Worker) : IVmMessage;
