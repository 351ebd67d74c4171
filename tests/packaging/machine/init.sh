#!/bin/sh
# The first program in the virtual machine: puts a file system that can be written, and is forgotten at the end, over
# that of the host, and starts systemd there with one unit, which runs $FOLDER/script.sh. With $FOLDER/prepare.sh, it
# boots as computers do: prepare.sh installs what is to start, and script.sh watches.
set -e
. "$FOLDER/unit.sh"
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
modules=/usr/lib/uml/modules
insmod "$modules/$(uname -r)/kernel/fs/overlayfs/overlay.ko"
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
cd /mnt/root

clear_services
# Locks and secrets are replaced, because the user that this runs as can't read them.
rm -rf etc/shadow etc/gshadow etc/.pwd.lock var/lib/dpkg/lock* var/lib/dpkg/triggers/Lock
# Only root may look into this folder, and the user that this runs as is not the host's root.
mkdir -p var/lib/private
mount -t tmpfs -o mode=700 tmpfs var/lib/private
rm -rf usr/lib/modules
ln -s "$modules" usr/lib/modules
type=oneshot
unit=script.service
if [ -f "$FOLDER/prepare.sh" ]; then
  type=exec
  unit=multi-user.target
  mkdir etc/systemd/system/multi-user.target.wants
  ln -s ../script.service etc/systemd/system/multi-user.target.wants
  mount -t proc proc proc
  chroot . /bin/sh "$FOLDER/prepare.sh"
  umount proc
fi
chroot . modprobe -a tun ipv6 veth

write_unit "$FOLDER" <<EOF
Type=$type
ExecStart=/bin/sh $FOLDER/script.sh
StandardOutput=tty
TTYPath=/dev/console
EOF
umount /proc
exec switch_root /mnt/root /usr/lib/systemd/systemd --unit="$unit" --show-status=no
