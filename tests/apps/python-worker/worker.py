import signal
import threading

import schedule

stopped = threading.Event()


def stop(number, frame):
    print("SIGTERM received", flush=True)
    stopped.set()


signal.signal(signal.SIGTERM, stop)
schedule.every(2).seconds.do(print, "working", flush=True)

while not stopped.wait(0.2):
    schedule.run_pending()
