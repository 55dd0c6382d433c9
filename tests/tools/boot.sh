#!/bin/bash
# Boot a systemd that has this machine's programs, and nothing else in common with it: boot.sh FOLDER CGROUP PACKAGES CHECKOUT
# FOLDER/upper keeps all that it writes. Its processes, mounts, network and control groups are its own; it ends with us.
set -eu
folder=$1 cgroup=$2 packages=$3 checkout=$4
echo $$ >"$cgroup/cgroup.procs"
exec unshare --pid --mount --uts --ipc --net --cgroup --fork --kill-child --propagation private bash -eu -c '
    mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
    mkdir -p "$1/root/opt/packages" "$1/root/opt/checkout" "$1/root/old"
    mount --bind "$2" "$1/root/opt/packages"
    mount --bind "$3" "$1/root/opt/checkout"
    mount -t tmpfs -o mode=1777 tmpfs "$1/root/tmp"
    cd "$1/root"
    mount -t proc proc proc
    mount --bind -o ro proc/sys proc/sys
    mount -t sysfs -o ro sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs -o mode=755 tmpfs dev
    for each in null zero full random urandom tty; do
        touch dev/$each
        mount --bind /dev/$each dev/$each
    done
    mkdir dev/pts dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
    mount -t tmpfs -o mode=1777 tmpfs dev/shm
    mkdir -p "$1/root$1/shared"
    mount --bind "$1/shared" "$1/root$1/shared"
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    rm -rf etc/systemd/system
    mkdir -p etc/systemd/system
    for each in systemd-modules-load systemd-sysctl; do ln -s /dev/null etc/systemd/system/$each.service; done
    : >etc/fstab
    : >etc/machine-id
    ip link set lo up
    pivot_root . old
    umount -l /old
    mount --make-rshared / # as systemd has it: what it makes for a service, such as credentials, appears to all
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 container=other \
        /lib/systemd/systemd --system --unit=basic.target --log-target=journal --show-status=0
' bash "$folder" "$packages" "$checkout" </dev/null
