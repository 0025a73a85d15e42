namespace Holdfast.Engine.DataPlane;

/// <summary>Ways in which a tunnel ends.</summary>
public enum EndKind
{
    /// <summary>Somebody asked for it; the device is to go.</summary>
    Down,

    /// <summary>The engine leaves, and its device stays for the next one.</summary>
    Left,

    /// <summary>The device was deleted behind our back.</summary>
    DeviceGone,

    /// <summary>A fault of ours or of the system.</summary>
    Failed,
}
