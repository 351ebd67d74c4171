# For the file system in the working directory, a copy of the host's in which systemd is to run one script.

# The host's own services stay off, and so does what says that the host is a container.
clear_services() {
  rm -rf etc/systemd/system usr/lib/systemd/system/*.wants .dockerenv run/.containerenv
  mkdir -p etc/systemd/system
}

# The unit script.service, which runs in folder $1 and has what else the standard input says of the service.
write_unit() {
  {
    printf '[Unit]\nDefaultDependencies=no\nRequires=systemd-journald.service\nAfter=systemd-journald.service\n\n'
    printf '[Service]\nEnvironment=FOLDER=%s\n' "$1"
    cat
  } >etc/systemd/system/script.service
}
