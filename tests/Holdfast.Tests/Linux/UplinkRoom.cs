using System.Net;
using System.Net.Sockets;
using Holdfast.Linux.Namespaces;
using Holdfast.Linux.Netlink;
using Holdfast.Linux.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Tests.Linux;

/// <summary>
/// A namespace with uplinks up1 and up2, each with a default route, up1 with the better one; behind both the same server, on none of
/// their own networks.
/// </summary>
internal sealed class UplinkRoom : IDisposable
{
    private readonly AddressFamily _family;
    private readonly SafeFileHandle _far;
    private readonly RouteMonitor _monitor = new();
    private readonly RouteMonitor _farMonitor;

    private UplinkRoom(AddressFamily family, SafeFileHandle far)
    {
        (_family, _far) = (family, far);
        FarRoutes = NetworkNamespace.RunIn(far, () => new RouteSocket());
        _farMonitor = NetworkNamespace.RunIn(far, () => new RouteMonitor());
        Server = NetworkNamespace.RunIn(far, () => UdpSocket.Open(family));
        FarRoutes.SetUp(1, true);
        Routes.SetUp(1, true);
        Add(FarRoutes, 1, Address(family, 9, 9), family == AddressFamily.InterNetwork ? 32 : 128);
    }

    internal RouteSocket Routes { get; } = new();

    internal RouteSocket FarRoutes { get; }

    internal UdpSocket Server { get; }

    internal DatagramAddress ServerAddress => DatagramAddress.From(new IPEndPoint(Address(_family, 9, 9), Server.Port));

    /// <summary>Runs a test in the namespace, on a thread of its own.</summary>
    internal static void Run(Action<UplinkRoom> test, AddressFamily family = AddressFamily.InterNetwork, int uplinks = 2) =>
        KernelRoom.Run(() =>
        {
            using var far = NetworkNamespace.Create();
            using var room = new UplinkRoom(family, far);
            for (var uplink = 1; uplink <= uplinks; uplink++) room.AddUplink(uplink);
            test(room);
        });

    /// <summary>This host's address at an uplink.</summary>
    internal static IPAddress Near(AddressFamily family, int uplink) => Address(family, uplink, 2);

    internal int Index(int uplink) => Routes.Link($"up{uplink}")!.Index;

    internal void AddUplink(int uplink)
    {
        var (near, far) = ($"up{uplink}", $"far{uplink}");
        Routes.CreateVeth(near, far, _far);
        AddAddress(uplink);
        Add(FarRoutes, FarRoutes.Link(far)!.Index, Address(_family, uplink, 1), Length);
        Routes.SetUp(Index(uplink), true);
        Plug(uplink);
        AddDefault(uplink);
    }

    internal void AddAddress(int uplink) => Add(Routes, Index(uplink), Address(_family, uplink, 2), Length);

    internal void DeleteAddress(int uplink) => Routes.DeleteAddress(
        Routes.Addresses(Index(uplink)).Single(a => a.Address.Equals(Address(_family, uplink, 2))));

    internal void AddDefault(int uplink) => Routes.AddRoute(Default(uplink));

    internal void DeleteDefault(int uplink) => Routes.DeleteRoute(Default(uplink));

    /// <summary>Takes the wire out at the other end.</summary>
    internal void Pull(int uplink) => FarRoutes.SetUp(FarRoutes.Link($"far{uplink}")!.Index, false);

    internal void Plug(int uplink)
    {
        FarRoutes.SetUp(FarRoutes.Link($"far{uplink}")!.Index, true);
        KernelRoom.WaitFor(_monitor, () => Routes.Link($"up{uplink}")!.IsRunning);
        KernelRoom.WaitFor(_farMonitor, () => FarRoutes.Link($"far{uplink}")!.IsRunning);
    }

    public void Dispose()
    {
        Server.Dispose();
        Routes.Dispose();
        FarRoutes.Dispose();
        _monitor.Dispose();
        _farMonitor.Dispose();
    }

    private int Length => _family == AddressFamily.InterNetwork ? 24 : 64;

    private Route Default(int uplink) => new()
    {
        Destination = Prefix.All(_family == AddressFamily.InterNetworkV6),
        Gateway = Address(_family, uplink, 1),
        InterfaceIndex = Index(uplink),
        Metric = (uint)uplink * 100,
    };

    private static IPAddress Address(AddressFamily family, int uplink, int host) =>
        IPAddress.Parse(family == AddressFamily.InterNetwork ? $"10.{uplink}.0.{host}" : $"fd0{uplink}::{host}");

    private static void Add(RouteSocket routes, int index, IPAddress address, int length) => routes.AddAddress(new AddressState
    {
        InterfaceIndex = index,
        Address = address,
        PrefixLength = length,
        Flags = AddressFlags.NoDuplicateDetection,
    });
}
